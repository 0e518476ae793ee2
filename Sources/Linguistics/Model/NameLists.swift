/// The lists of names that a word is in; what they hold comes with the model.
package struct NameLists: OptionSet, Sendable {
    package let rawValue: UInt32

    package init(rawValue: UInt32) { self.rawValue = rawValue & UInt32(NameLists.sets - 1) }

    package static let given = NameLists(rawValue: 1)
    package static let family = NameLists(rawValue: 2)
    /// A city's whole name.
    package static let city = NameLists(rawValue: 4)
    /// A country, a state or a province, or a part of its name.
    package static let region = NameLists(rawValue: 8)
    /// A part of a city's name.
    package static let part = NameLists(rawValue: 16)

    /// How many sets of lists there are.
    package static let sets = 32
}
