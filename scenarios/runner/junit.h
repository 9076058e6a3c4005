/* The elements that every JUnit report is made of, whatever it reports. */
#ifndef METERBENCH_RUNNER_JUNIT_H
#define METERBENCH_RUNNER_JUNIT_H

#include <libxml/xmlwriter.h>

struct junit {
    xmlBufferPtr buffer;
    xmlTextWriterPtr writer;
};

/* 0, or -ENOMEM. Close it in either case. */
int junit_open(struct junit *junit);
/* Writes the document to path if `result` is 0, as report_file does, and returns what came of it. */
int junit_close(struct junit *junit, int result, const char *path);

/* Attributes of the element that stands open; texts are cleaned (report_text.h). */
void junit_attribute(xmlTextWriterPtr writer, const char *name, const char *value);
void junit_number(xmlTextWriterPtr writer, const char *name, long long value);
void junit_seconds(xmlTextWriterPtr writer, const char *name, double seconds);

/* Elements: property, text, and what came of a case: "failure", "error" or "skipped". */
void junit_property(xmlTextWriterPtr writer, const char *name, const char *value);
void junit_text(xmlTextWriterPtr writer, const char *element, const char *text);
void junit_outcome(xmlTextWriterPtr writer, const char *element, const char *message,
                   const char *type);

#endif
