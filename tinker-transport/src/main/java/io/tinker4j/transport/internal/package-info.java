/**
 * What this project's modules share and users do not need: environment, threads, addresses. Not
 * exported.
 */
@NullMarked
package io.tinker4j.transport.internal;

import org.jspecify.annotations.NullMarked;
