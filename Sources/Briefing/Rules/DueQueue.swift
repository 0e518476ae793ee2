/// The moments at which something of a key falls due, earliest first; a binary heap with one entry a key.
struct DueQueue: Sendable {
    private var heap: [(time: Int, key: String)] = []
    private var times: [String: Int] = [:]

    /// Sees to it that the key is looked at no later than `time`; O(log n).
    ///
    /// A key that has an earlier entry keeps it: when that comes up, whoever asks says the next.
    mutating func note(_ key: String, at time: Int) {
        guard times[key].map({ time < $0 }) ?? true else { return }
        times[key] = time
        heap.append((time, key))
        var index = heap.count - 1
        while index > 0, isBefore(index, (index - 1) / 2) {
            heap.swapAt(index, (index - 1) / 2)
            index = (index - 1) / 2
        }
    }

    /// The next key whose moment is not after `time`, taken out with its moment.
    mutating func next(until time: Int) -> (key: String, moment: Int)? {
        while let first = heap.first, first.time <= time {
            heap[0] = heap[heap.count - 1]
            heap.removeLast()
            siftDown()
            // An entry that an earlier one of the same key replaced.
            guard times[first.key] == first.time else { continue }
            times[first.key] = nil
            return (first.key, first.time)
        }
        return nil
    }

    private mutating func siftDown() {
        var index = 0
        while true {
            let children = [2 * index + 1, 2 * index + 2].filter { $0 < heap.count }
            guard let least = children.min(by: { isBefore($0, $1) }), isBefore(least, index) else { return }
            heap.swapAt(index, least)
            index = least
        }
    }

    private func isBefore(_ one: Int, _ other: Int) -> Bool {
        (heap[one].time, heap[one].key) < (heap[other].time, heap[other].key)
    }
}
