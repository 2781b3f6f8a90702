/// The bucket that bounds how much of the traffic may be retries.
///
/// Full at first. A retry takes a whole token, a success gives a fraction of one back; retries are
/// allowed while more than half is left. In thousandths, so that fractions stay exact.
struct RetryBudget {
    private let tokensMax: Int
    private let refill: Int
    private var tokens: Int

    init(_ configuration: RetryConfiguration) {
        tokensMax = max(0, configuration.budgetTokensMax).multipliedClamping(by: 1000)
        refill = max(0, configuration.budgetRefillMilli)
        tokens = tokensMax
    }

    /// Whether there is nothing to give back to.
    var isFull: Bool { tokens >= tokensMax }

    /// Takes a token; false when the budget is used up.
    mutating func takeToken() -> Bool {
        guard tokens > tokensMax / 2 else { return false }
        tokens = max(0, tokens - 1000)
        return true
    }

    mutating func succeeded() {
        tokens = min(tokensMax, tokens + min(refill, tokensMax))
    }
}

extension Int {
    fileprivate func multipliedClamping(by factor: Int) -> Int {
        let (product, overflow) = multipliedReportingOverflow(by: factor)
        return overflow ? Int.max / 2 : product
    }
}
