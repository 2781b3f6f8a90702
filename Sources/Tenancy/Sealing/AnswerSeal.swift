/// How an answer that holds a secret is kept for a retry: sealed on the way into the database, and
/// opened on the way out. The domain knows nothing of the cipher.
package struct AnswerSeal: Sendable {
    package typealias Step = @Sendable ([UInt8]) throws(DomainError) -> [UInt8]

    package let seal: Step
    package let open: Step

    package init(seal: @escaping Step, open: @escaping Step) {
        self.seal = seal
        self.open = open
    }
}
