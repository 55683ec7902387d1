/**
 * What runs: sessions, models with their lanes of operations, samplers, futures and what is billed.
 * Start reading at {@link TrainedModel}. What servers of the protocol do differently is a {@link
 * Behaviour}; what must survive the server goes through {@link Chronicle} into the journal.
 */
@NullMarked
package io.tinker4j.testkit.run;

import org.jspecify.annotations.NullMarked;
