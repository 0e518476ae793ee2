import Articles
import Records
import Testing

@Suite("Charsets") struct CharsetTests {
    private let cafe = "The café in Paris was closed, he said."

    @Test func `a declared charset is taken at its word`() throws {
        let russian = "В Москве сказали, что ответят."
        // KOI8-R and Shift_JIS, as iconv -t gives them.
        let koi: [UInt8] = [
            0xF7, 0x20, 0xED, 0xCF, 0xD3, 0xCB, 0xD7, 0xC5, 0x20, 0xD3, 0xCB, 0xC1, 0xDA, 0xC1, 0xCC, 0xC9, 0x2C, 0x20,
            0xDE, 0xD4,
            0xCF, 0x20, 0xCF, 0xD4, 0xD7, 0xC5, 0xD4, 0xD1, 0xD4, 0x2E,
        ]
        let page = Array(
            "<html><head><meta http-equiv=\"Content-Type\" content=\"text/html; charset=koi8-r\"></head><body><p>".utf8
        )
        #expect(try only(page + koi + Array("</p></body></html>".utf8)).text == russian)
        let record = Sample.answer(Array("<p>".utf8) + koi, type: "text/html; charset=KOI8-R")
        #expect(try only(Sample.warcRecord("response", record)).text == russian)
        let japanese: [UInt8] = [
            0x93, 0x8C, 0x8B, 0x9E, 0x82, 0xC5, 0x8A, 0x4A, 0x82, 0xA9, 0x82, 0xEA, 0x82, 0xBD, 0x81, 0x42,
        ]
        #expect(
            try only(Sample.warcRecord("response", Sample.answer(japanese, type: "text/plain; charset=Shift_JIS"))).text
                == "東京で開かれた。"
        )
        let xml = Array("<?xml version=\"1.0\" encoding=\"koi8-r\"?><rss><channel><item><description>".utf8)
        #expect(try only(xml + koi + Array("</description></item></channel></rss>".utf8)).text == russian)
    }

    @Test func `UTF-8 that is called Latin-1 is UTF-8, and so is a page that calls itself UTF-16`() throws {
        for label in ["iso-8859-1", "us-ascii", "windows-1252", "utf-16"] {
            #expect(try only(Array("<html><meta charset=\(label)><p>\(cafe)</p>".utf8)).text == cafe)
        }
    }

    @Test func `declared and undecodable is an error with its place`() {
        let start = Array("<html><meta charset=euc-jp><p>".utf8)
        let error = failure(start + [0x61, 0xFF, 0xFF])
        #expect(error?.code == .undecodable && error?.offset == start.count + 1)
        let utf8 = Array("<html><meta charset=utf-8><p>Caf".utf8)
        #expect(failure(utf8 + [0xE9, 0x20])?.code == .notUTF8)
        #expect(failure(utf8 + [0xE9, 0x20])?.offset == utf8.count)
        #expect(failure(Array("<html><meta charset=x-klingon><p>Caf".utf8) + [0xE9])?.code == .charsetUnknown)
        // A name is never handed on to iconv as it is.
        #expect(failure(Array("<html><meta charset=ISO-2022-CN-EXT><p>Caf".utf8) + [0xE9])?.code == .charsetUnknown)
    }

    @Test func `undeclared bytes are windows-1252 where that is plausible`() throws {
        #expect(try only(Packing.windows1252(cafe)).text == cafe)
        #expect(
            try only(Packing.windows1252("“No,” he said in Málaga — twice.")).text == "“No,” he said in Málaga — twice."
        )
        for implausible: [UInt8] in [
            // Cyrillic of windows-1251, a C1 control, an undefined byte, broken UTF-8, symbols.
            [0xCC, 0xEE, 0xF1, 0xEA, 0xE2, 0xE0, 0x20, 0xF1, 0xEA, 0xE0, 0xE7, 0xE0, 0xEB, 0xE0],
            Array("A control in text".utf8) + [0x85, 0x01], Array("A text with a byte".utf8) + [0x81],
            Array("The café is closed ".utf8) + [0xE9], Array("abc".utf8) + [0xA4, 0xA5, 0xB0, 0xB1, 0xB2],
        ] {
            #expect(failure(implausible)?.code == .notUTF8)
        }
    }

    @Test func `UTF-16 and UTF-32 are told by their zero bytes, and other zero bytes are refused`() throws {
        for bigEndian in [false, true] {
            #expect(try only(Packing.utf16(cafe, bigEndian: bigEndian, mark: false)).text == cafe)
            #expect(try only(Packing.utf32(cafe, bigEndian: bigEndian)).text == cafe)
        }
        // The first 4,096 bytes end within the face.
        let long = String(repeating: "a", count: 2047) + "😀, he said."
        #expect(try only(Packing.utf16(long, mark: false)).text == long)
        #expect(failure(Array("A text of many words".utf8) + [0, 0x41])?.code == .nulByte)
        #expect(failure(Packing.utf16("abc\u{1}def", mark: false))?.code == .nulByte)
    }
}
