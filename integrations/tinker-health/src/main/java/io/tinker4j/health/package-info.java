/** Tells the health of a service client over HTTP: to probes, and to Prometheus. */
@NullMarked
package io.tinker4j.health;

import org.jspecify.annotations.NullMarked;
