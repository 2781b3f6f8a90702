/// Carries something that belongs to one loop through code that does not run there, and gives it
/// back only on the loop.
///
/// `@unchecked Sendable`: the value is read on its loop's thread alone, and that is checked on
/// every access. It may be released on another thread, so it must not be an object whose `deinit`
/// touches loop state.
package struct LoopBound<Value>: @unchecked Sendable {
    package let loop: EventLoop
    private let stored: Value

    package init(_ value: Value, loop: EventLoop) {
        stored = value
        self.loop = loop
    }

    package var value: Value {
        loop.preconditionOnLoop()
        return stored
    }
}
