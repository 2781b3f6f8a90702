internal import Glibc
internal import ProtobufSchema

/// The protoc plugin: reads a CodeGeneratorRequest from standard input and writes a
/// CodeGeneratorResponse with Swift files to standard output.
@main
enum Plugin {
    static func main() {
        let input = readAll()
        let output: [UInt8]
        do {
            let request = try GeneratorRequest(input)
            output = GeneratorResponse.encode(files: try Generator(request).files())
        } catch {
            output = GeneratorResponse.encode(error: error.description)
        }
        exit(writeAll(output) ? 0 : 1)
    }

    private static func readAll() -> [UInt8] {
        var input: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = read(STDIN_FILENO, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return input }
            input += chunk[..<count]
        }
    }

    private static func writeAll(_ output: [UInt8]) -> Bool {
        var rest = output[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(STDOUT_FILENO, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }
}
