/// The numbers of one section of a model file, read in place.
///
/// `@unchecked Sendable` because a pointer is not Sendable by itself, and this one may be: the pages behind it are mapped read-only, nobody writes
/// to them, and the file that is kept here unmaps them only when the last value that points into it is gone.
struct Mapped<Element: BitwiseCopyable>: @unchecked Sendable {
    let start: UnsafePointer<Element>
    let count: Int
    private let file: ModelFile

    init(_ file: ModelFile, _ start: UnsafePointer<Element>, count: Int) {
        self.file = file
        self.start = start
        self.count = count
    }

    @inline(__always)
    subscript(_ index: Int) -> Element { start[index] }

    var elements: UnsafeBufferPointer<Element> { UnsafeBufferPointer(start: start, count: count) }
}
