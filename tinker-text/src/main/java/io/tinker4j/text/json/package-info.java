/**
 * JSON as Python reads and writes it, and text as Python sees it: models have learned from what
 * Python wrote. Start reading at {@link io.tinker4j.text.json.PythonJson}. Depends on the JDK only.
 */
@NullMarked
package io.tinker4j.text.json;

import org.jspecify.annotations.NullMarked;
