/**
 * Which server a command talks to, and with which credential: options, environment, the file of
 * stored credentials.
 */
@NullMarked
package io.tinker4j.cli.access;

import org.jspecify.annotations.NullMarked;
