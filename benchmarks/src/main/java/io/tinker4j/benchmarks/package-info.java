/** Measurements: what the codecs cost by themselves. Never published. */
@NullMarked
package io.tinker4j.benchmarks;

import org.jspecify.annotations.NullMarked;
