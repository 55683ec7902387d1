/**
 * The {@code tinker} command: one class per subcommand, started by {@link io.tinker4j.cli.Main}.
 *
 * <p>Start reading there, then at {@code QuickstartCommand} and {@code QuickstartJob}. Nothing may
 * depend on this package; it is the only one of the house, besides the examples, that writes to the
 * standard streams.
 */
@NullMarked
package io.tinker4j.cli;

import org.jspecify.annotations.NullMarked;
