import FoundationEssentials
package import HTTPTypes
package import Hummingbird
import HummingbirdCore
import NIOCore

/// An error as `application/problem+json` (RFC 9457).
package struct Problem: Error, HTTPResponseError, CustomStringConvertible {
    package var status: HTTPResponse.Status
    /// What happened, to which input, and what to do next.
    package var detail: String
    package var headers: HTTPFields
    /// A word for programs, as in reason files; left out when nil, as are the two below.
    package var code: String?
    /// Where in the body, in bytes.
    package var offset: Int?
    package var line: Int?

    package init(
        _ status: HTTPResponse.Status,
        _ detail: String,
        headers: HTTPFields = [:],
        code: String? = nil,
        offset: Int? = nil,
        line: Int? = nil
    ) {
        self.status = status
        self.detail = detail
        self.headers = headers
        self.code = code
        self.offset = offset
        self.line = line
    }

    package var description: String { "\(status.code): \(detail)" }

    package func response(from request: Request, context: some RequestContext) throws -> Response { response }

    package var response: Response {
        struct Body: Encodable {
            var type = "about:blank"
            var title: String
            var status: Int
            var detail: String
            var code: String?
            var offset: Int?
            var line: Int?
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let body = Body(
            title: status.reasonPhrase,
            status: status.code,
            detail: detail,
            code: code,
            offset: offset,
            line: line
        )
        var headers = headers
        headers[.contentType] = "application/problem+json"
        headers[.cacheControl] = "no-store"
        // Strings and numbers: encoding them cannot fail.
        let bytes = (try? encoder.encode(body)) ?? Data()
        return Response(status: status, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
    }
}
