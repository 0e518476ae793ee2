import Mustache

/// A view as templates read it: its stored properties by name, taken once.
///
/// The library reflects a value anew for each name it looks up, and looks on outside of it for a property that is nil; here nil is nil.
struct Reflected: MustacheParent {
    /// A property without a value: empty as text, false as a section.
    private struct Missing: MustacheCustomRenderable {
        var renderText: String { "" }
        var isNull: Bool { true }
    }

    private let values: [String: Any]

    /// - Complexity: O(properties), with those of all views inside.
    init(_ view: Any) {
        var values: [String: Any] = [:]
        for child in Mirror(reflecting: view).children {
            if let label = child.label { values[label] = Reflected.value(child.value) }
        }
        self.values = values
    }

    func child(named name: String) -> Any? { values[name] }

    private static func value(_ value: Any) -> Any {
        switch value {
        case is String, is Int, is Bool: return value
        default:
            let mirror = Mirror(reflecting: value)
            switch mirror.displayStyle {
            case .optional: return mirror.children.first.map { Reflected.value($0.value) } ?? Missing()
            case .collection: return mirror.children.map { Reflected.value($0.value) }
            default: return Reflected(value)
            }
        }
    }
}
