/// One place in the log, with the bytes that go to subscribers: the same from memory and from the database.
package struct LogEntry: Sendable {
    package let seq: Int
    /// Its number within its topic, from 1 without gaps.
    package let tseq: Int
    /// The log it belongs to.
    package let epoch: String
    package let topic: [UInt8]
    package let keys: [UInt8]
    /// CloudEvents 1.0 structured JSON.
    package let envelope: [UInt8]

    /// Bytes this entry holds in memory, about.
    package var size: Int { envelope.count + topic.count + keys.count + 96 }

    /// An entry whose envelope is there already.
    package init(seq: Int, tseq: Int, epoch: String, topic: [UInt8], keys: [UInt8], envelope: [UInt8]) {
        self.seq = seq
        self.tseq = tseq
        self.epoch = epoch
        self.topic = topic
        self.keys = keys
        self.envelope = envelope
    }

    /// - Parameters:
    ///   - record: the record's UUID.
    ///   - type: `event`, `quote` or `article`.
    ///   - time: when it was put into the log, RFC 3339.
    ///   - data: the record as JSON.
    package init(
        seq: Int,
        tseq: Int,
        epoch: String,
        record: String,
        type: String,
        topic: [UInt8],
        keys: [UInt8],
        time: String,
        data: [UInt8]
    ) {
        var envelope: [UInt8] = []
        envelope.reserveCapacity(data.count + 400)
        let head =
            #"{"specversion":"1.0","id":"\#(record)","source":"/tidings","type":"tidings.\#(type).v1","time":"\#(time)","#
            + #""datacontenttype":"application/json","sequence":"\#(padded(seq))","epoch":"\#(epoch)","#
            + #""topic":""#
        envelope += head.utf8
        envelope += topic
        envelope += #"","tseq":"\#(padded(tseq))","data":"#.utf8
        envelope += data
        envelope.append(UInt8(ascii: "}"))
        self.init(seq: seq, tseq: tseq, epoch: epoch, topic: topic, keys: keys, envelope: envelope)
    }
}

/// A sequence number as CloudEvents wants it: 20 digits, so that text order is number order.
package func padded(_ number: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, 20 - digits.count)) + digits
}
