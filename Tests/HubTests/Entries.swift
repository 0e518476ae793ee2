import Wire

extension LogEntry {
    /// An entry of a log `e`, with as many bytes of data as are asked for.
    static func sample(_ seq: Int, keys: String = "type=event event=SANCTION", bytes: Int = 10) -> LogEntry {
        LogEntry(
            seq: seq,
            tseq: seq,
            epoch: "e",
            record: "r",
            type: "event",
            topic: Array("event/".utf8),
            keys: Array(keys.utf8),
            time: "t",
            data: [UInt8](repeating: 0x20, count: bytes)
        )
    }
}
