package struct KnowledgeError: Error {}
package struct Knowledge: Sendable { package init(directory: String) throws(KnowledgeError) {} }
