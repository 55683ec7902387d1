/**
 * HTTP on the server's side: sockets by Jetty or a transport in the same process, the front that
 * checks limits and credentials, routes, bodies and error answers, and the faults around all that.
 * Start reading at {@link HttpFront}. Depends on {@code observe}, {@code time} and {@code fault};
 * knows nothing of models.
 */
@NullMarked
package io.tinker4j.testkit.http;

import org.jspecify.annotations.NullMarked;
