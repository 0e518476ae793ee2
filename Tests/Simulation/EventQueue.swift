/// What is to happen when: a binary heap of times over a pool of events, first in first out at the same millisecond.
struct EventQueue<Event> {
    private var heap: [(key: UInt64, slot: Int)] = []
    private var events: [Event?] = []
    private var free: [Int] = []
    private var order: UInt64 = 0

    /// O(log n).
    mutating func push(_ event: Event, at time: Int) {
        let slot: Int
        if let last = free.popLast() {
            slot = last
            events[slot] = event
        } else {
            slot = events.count
            events.append(event)
        }
        order += 1
        var child = heap.count
        let item = (key: UInt64(time) << 32 | order, slot: slot)
        heap.append(item)
        while child > 0 {
            let parent = (child - 1) / 2
            guard heap[parent].key > item.key else { break }
            heap[child] = heap[parent]
            child = parent
        }
        heap[child] = item
    }

    /// The next event and its time; O(log n).
    mutating func pop() -> (time: Int, event: Event)? {
        guard let top = heap.first, let last = heap.popLast() else { return nil }
        if !heap.isEmpty {
            var parent = 0
            while true {
                var child = parent * 2 + 1
                guard child < heap.count else { break }
                if child + 1 < heap.count, heap[child + 1].key < heap[child].key { child += 1 }
                guard heap[child].key < last.key else { break }
                heap[parent] = heap[child]
                parent = child
            }
            heap[parent] = last
        }
        free.append(top.slot)
        guard let event = events[top.slot] else { return nil }
        events[top.slot] = nil
        return (Int(top.key >> 32), event)
    }
}
