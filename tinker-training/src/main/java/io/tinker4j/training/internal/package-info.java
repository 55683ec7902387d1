/**
 * What the clients are made of and knows nothing of them: chunks, budgets, queues. Not exported.
 */
@NullMarked
package io.tinker4j.training.internal;

import org.jspecify.annotations.NullMarked;
