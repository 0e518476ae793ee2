import ServiceSupport
import Testing

@testable import Ingest

@Suite("Arrivals") struct ArrivalsTests {
    private let name = TreePath("a.txt")
    private let other = TreePath("b.txt")

    private func stamp(_ size: Int, modified: Int = 0) -> Arrivals.Stamp {
        .init(inode: 1, size: size, modified: modified)
    }

    @Test func `a file moved in is ready at once`() {
        var arrivals = Arrivals(settle: 2000)
        arrivals.observe(name, stamp(1), movedIn: true, now: 10)
        #expect(arrivals.due(now: 10, limit: 9) == [name])
    }

    @Test func `any other is ready when it has not changed for the settle time`() {
        var arrivals = Arrivals(settle: 2000)
        arrivals.observe(name, stamp(1), movedIn: false, now: 0)
        arrivals.observe(name, stamp(1), movedIn: false, now: 1999)
        #expect(arrivals.due(now: 1999, limit: 9).isEmpty)
        #expect(arrivals.due(now: 2000, limit: 9) == [name], "looking again does not put it off")
    }

    @Test(arguments: [(2, 0), (1, 5)]) func `a change of size or time starts the wait anew`(
        _ size: Int,
        _ modified: Int
    ) {
        var arrivals = Arrivals(settle: 2000)
        arrivals.observe(name, stamp(1), movedIn: false, now: 0)
        arrivals.observe(name, stamp(size, modified: modified), movedIn: false, now: 1500)
        #expect(!arrivals.isReady(name, now: 3499) && arrivals.isReady(name, now: 3500))
        #expect(arrivals.nextReady == 3500)
    }

    @Test func `what is gone is forgotten`() {
        var arrivals = Arrivals(settle: 0)
        arrivals.observe(name, stamp(1), movedIn: false, now: 0)
        arrivals.observe(other, stamp(1), movedIn: false, now: 1)
        #expect(arrivals.due(now: 1, limit: 1) == [name], "the longest ready first")
        arrivals.keep(only: [other])
        #expect(arrivals.due(now: 1, limit: 9) == [other])
        arrivals.forget(other)
        #expect(arrivals.count == 0 && arrivals.nextReady == nil)
    }
}
