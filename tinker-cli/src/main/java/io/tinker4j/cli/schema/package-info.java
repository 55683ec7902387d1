/**
 * What the JSON of commands looks like, as JSON Schemas, which are resources beside these classes.
 * Start reading at {@link io.tinker4j.cli.schema.SchemaCommand}.
 */
@NullMarked
package io.tinker4j.cli.schema;

import org.jspecify.annotations.NullMarked;
