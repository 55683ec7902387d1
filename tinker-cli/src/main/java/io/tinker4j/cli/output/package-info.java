/**
 * How commands talk to people and to scripts: tables, JSON, errors, questions, the log. Start
 * reading at {@link io.tinker4j.cli.output.Console}. Knows nothing of servers.
 */
@NullMarked
package io.tinker4j.cli.output;

import org.jspecify.annotations.NullMarked;
