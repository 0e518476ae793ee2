package import Knowledge
package import Records

package enum CodingError: Error { case overBudget }
package struct Coder: Sendable {
    package static let version = "tidings 0.1.0"
    package init(knowledge: Knowledge) {}
    package func code(_ article: Article, isOverBudget: () -> Bool) throws(CodingError) -> Coded {
        Coded(article: article, entities: [], quotes: [], events: [])
    }
}
