internal import Foundation

/// The requests of a stream, one on each line that is not blank.
enum InputLines {
    static func of(_ text: String) -> AsyncStream<String> {
        AsyncStream { continuation in
            for line in text.split(whereSeparator: \.isNewline)
            where !line.allSatisfy(\.isWhitespace) {
                continuation.yield(String(line))
            }
            continuation.finish()
        }
    }

    /// Lines as they come. They are read by a thread of their own: a task that waits for a person
    /// would keep one of the few threads that every other task of the process shares.
    static func standardInput() -> AsyncStream<String> {
        let (lines, continuation) = AsyncStream.makeStream(of: String.self)
        Thread.detachNewThread {
            while let line = readLine() {
                if line.allSatisfy(\.isWhitespace) { continue }
                if case .terminated = continuation.yield(line) { return }
            }
            continuation.finish()
        }
        return lines
    }
}
