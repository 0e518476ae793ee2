#include <libxml/HTMLparser.h>
#include <libxml/parser.h>
#include <libxml/tree.h>

// Room the parser has made for attributes of one tag, two places each. libxml2 compares every attribute of a tag with all before it,
// so the reader stops a tag that has thousands; newer headers mark the member, which a Swift build with warnings as errors would refuse.
static inline int cxml_attribute_room(htmlParserCtxtPtr context) { return context->maxatts; }

// xmlFree is a variable, which Swift holds for shared mutable state.
static inline void cxml_free(void *memory) { xmlFree(memory); }
