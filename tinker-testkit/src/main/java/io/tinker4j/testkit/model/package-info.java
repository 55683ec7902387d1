/**
 * The model engine of the embedded server: a tiny byte-level language model that is really trained
 * with low-rank adapters, exact gradients and AdamW, and sampled from.
 *
 * <p>Start reading at {@link io.tinker4j.testkit.model.LoraModel}. Everything is double arithmetic
 * from the JDK's strictly specified operations in a fixed order, so the same calls give the same
 * bits on every machine and with any number of threads. The package depends on the JDK and on the
 * transport module's JSON codec, and knows nothing of the wire protocol except the names of loss
 * inputs and settings; only the embedded server may depend on it.
 */
@NullMarked
package io.tinker4j.testkit.model;

import org.jspecify.annotations.NullMarked;
