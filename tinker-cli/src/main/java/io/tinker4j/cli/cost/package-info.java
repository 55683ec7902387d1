/**
 * What {@code tinker train} costs: prices from a file, an estimate before, a limit while it trains,
 * and what was used so far, kept with the run. Knows nothing of how it trains.
 */
@NullMarked
package io.tinker4j.cli.cost;

import org.jspecify.annotations.NullMarked;
