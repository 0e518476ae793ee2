// Debian's libxml2 is built with ICU, and its headers would bring ICU's into this module, where they contradict those inside Foundation:
// no file that sees both would compile. Nothing here touches the members this leaves out.
#include <libxml/xmlversion.h>
#undef LIBXML_ICU_ENABLED

#include <libxml/HTMLparser.h>
#include <libxml/SAX2.h>
#include <libxml/parser.h>
#include <libxml/tree.h>

// Room the parser has made for attributes of one tag, two places each. libxml2 compares every attribute of a tag with all before it,
// so the reader stops a tag that has thousands; newer headers mark the member, which a Swift build with warnings as errors would refuse.
static inline int cxml_attribute_room(xmlParserCtxtPtr context) { return context->maxatts; }

// xmlFree is a variable, which Swift holds for shared mutable state.
static inline void cxml_free(void *memory) { xmlFree(memory); }

// Namespaces in force, two places each; they are looked up one after another.
static inline int cxml_namespace_room(xmlParserCtxtPtr context) { return context->nsMax; }

// The HTML parser's handlers, with a count of what becomes a node: the count stands in the context's private pointer, and below zero the
// parser is stopped. Its own default handlers still build the tree.
static inline long cxml_nodes_left(htmlParserCtxtPtr context) { return (long)context->_private; }

static inline void cxml_take_nodes(htmlParserCtxtPtr context, long count) {
    context->_private = (void *)((long)context->_private - count);
    if ((long)context->_private < 0) xmlStopParser(context);
}

static inline void cxml_start_element(void *context, const xmlChar *name, const xmlChar **attributes) {
    long count = 1;
    for (const xmlChar **at = attributes; at && *at; at += 2) count += 1;
    cxml_take_nodes((htmlParserCtxtPtr)context, count);
    if (cxml_nodes_left((htmlParserCtxtPtr)context) >= 0) xmlSAX2StartElement(context, name, attributes);
}

static inline void cxml_comment(void *context, const xmlChar *value) {
    cxml_take_nodes((htmlParserCtxtPtr)context, 1);
    if (cxml_nodes_left((htmlParserCtxtPtr)context) >= 0) xmlSAX2Comment(context, value);
}

static inline void cxml_instruction(void *context, const xmlChar *target, const xmlChar *data) {
    cxml_take_nodes((htmlParserCtxtPtr)context, 1);
    if (cxml_nodes_left((htmlParserCtxtPtr)context) >= 0) xmlSAX2ProcessingInstruction(context, target, data);
}

static inline void cxml_count_nodes(htmlParserCtxtPtr context, long limit) {
    context->_private = (void *)limit;
    context->sax->startElement = cxml_start_element;
    context->sax->comment = cxml_comment;
    context->sax->processingInstruction = cxml_instruction;
}
