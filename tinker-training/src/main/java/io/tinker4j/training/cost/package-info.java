/**
 * What training and sampling cost: {@link io.tinker4j.training.cost.TokenMeter} counts, {@link
 * io.tinker4j.training.cost.PriceTable} knows the prices that the user has given it. Knows nothing
 * of clients, which feed the meter.
 */
@NullMarked
package io.tinker4j.training.cost;

import org.jspecify.annotations.NullMarked;
