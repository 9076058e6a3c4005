#include "scenarios/runner/junit.h"

#include "scenarios/runner/report_file.h"
#include "scenarios/runner/report_text.h"

#include <errno.h>
#include <string.h>

int junit_open(struct junit *junit)
{
    junit->buffer = xmlBufferCreate();
    junit->writer = junit->buffer ? xmlNewTextWriterMemory(junit->buffer, 0) : NULL;
    return junit->writer ? 0 : -ENOMEM;
}

int junit_close(struct junit *junit, int result, const char *path)
{
    xmlFreeTextWriter(junit->writer);
    if (result == 0)
        result = report_file(path, (const char *)xmlBufferContent(junit->buffer),
                             (size_t)xmlBufferLength(junit->buffer));
    xmlBufferFree(junit->buffer);
    return result;
}

void junit_attribute(xmlTextWriterPtr writer, const char *name, const char *value)
{
    char text[1200];
    xmlTextWriterWriteAttribute(writer, BAD_CAST name,
                                BAD_CAST report_clean(value, text, sizeof text));
}

void junit_number(xmlTextWriterPtr writer, const char *name, long long value)
{
    xmlTextWriterWriteFormatAttribute(writer, BAD_CAST name, "%lld", value);
}

void junit_seconds(xmlTextWriterPtr writer, const char *name, double seconds)
{
    xmlTextWriterWriteFormatAttribute(writer, BAD_CAST name, "%.6f", seconds);
}

void junit_property(xmlTextWriterPtr writer, const char *name, const char *value)
{
    xmlTextWriterStartElement(writer, BAD_CAST "property");
    junit_attribute(writer, "name", name);
    junit_attribute(writer, "value", value);
    xmlTextWriterEndElement(writer);
}

void junit_text(xmlTextWriterPtr writer, const char *element, const char *text)
{
    char cleaned[16384];
    xmlTextWriterWriteElement(writer, BAD_CAST element,
                              BAD_CAST report_clean(text, cleaned, sizeof cleaned));
}

void junit_outcome(xmlTextWriterPtr writer, const char *element, const char *message,
                   const char *type)
{
    xmlTextWriterStartElement(writer, BAD_CAST element);
    junit_attribute(writer, "message", message);
    if (strcmp(element, "skipped") != 0)
        junit_attribute(writer, "type", type);
    xmlTextWriterEndElement(writer);
}
