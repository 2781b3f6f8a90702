internal import Glibc
internal import Synchronization

@testable internal import TTRPC

/// A real server's connection: bytes in over a Unix socket, frames out that any client can read.
enum ConnectionFuzzing {
    /// An even first byte: the rest is sent as it is. An odd one: the rest describes frames, so
    /// that the fuzzer gets past the headers; see `FrameScript`.
    static func run(_ input: UnsafeRawBufferPointer) {
        guard let first = input.first else { return }
        let rest = UnsafeRawBufferPointer(rebasing: input.dropFirst())
        let bytes =
            first.isMultiple(of: 2)
            ? Array(rest) : FrameScript.frames(rest, methods: FuzzServer.methods)
        let socket = FuzzSocket(connectedTo: FuzzServer.shared.path)
        socket.send(bytes)
        socket.finishSending()
        checkFrames(socket.readToEnd())
        precondition(FuzzServer.shared.isAlive, "the server does not answer any more")
    }

    /// Whole frames that a server may send, but for the last one, which the end may cut off.
    private static func checkFrames(_ received: [UInt8]) {
        received.withUnsafeBytes { bytes in
            var input = bytes
            var decoder = FrameDecoder(discardedBytesMax: 0)
            while case .frame(let header, let data) = decoder.next(&input) {
                switch header.type {
                case .response:
                    guard (try? ResponseEnvelope(reading: data)) != nil else {
                        preconditionFailure("a response that is none")
                    }
                case .data: break
                default: preconditionFailure("a frame of type \(header.type)")
                }
            }
        }
    }
}

/// Frames described by few bytes.
enum FrameScript {
    /// Five bytes and their data for each frame: type and flags, the stream, the method, how many
    /// bytes of data, and by how much the header lies about them.
    static func frames(_ script: UnsafeRawBufferPointer, methods: [(String, String)]) -> [UInt8] {
        var bytes: [UInt8] = []
        var rest = Array(script)[...]
        while rest.count >= 5 {
            let head = Array(rest.prefix(5))
            rest = rest.dropFirst(5)
            let payload = Array(rest.prefix(Int(head[3]) % 64))
            rest = rest.dropFirst(payload.count)
            let isRequest = head[0] & 3 == 1
            var data = payload
            if isRequest {
                let (service, method) = methods[Int(head[2]) % methods.count]
                data = RequestEnvelope.head(
                    service: service, method: method,
                    timeout: head[2] > 0xc0 ? .milliseconds(Int(head[2])) : nil,
                    metadata: Metadata())
                var field = ProtobufWriter()
                field.bytes(field: 3, payload)
                data += field.bytes
            }
            let length = Int64(data.count) + (head[4] < 0xf0 ? 0 : Int64(head[4]) - 0xf8)
            let header = FrameHeader(
                length: UInt32(clamping: head[4] == 0xff ? 5 << 20 : length),
                stream: UInt32(head[1] % 16), type: FrameType(rawValue: head[0] & 3),
                flags: FrameFlags(rawValue: head[0] >> 2 & 7))
            var raw = [UInt8](repeating: 0, count: FrameHeader.byteCount)
            raw.withUnsafeMutableBytes { buffer in
                if let base = buffer.baseAddress { header.write(to: base) }
            }
            bytes += raw + data
        }
        return bytes
    }
}
