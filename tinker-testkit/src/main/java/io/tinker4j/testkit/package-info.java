/**
 * The embedded Tinker server: the real wire protocol over HTTP in front of a tiny model that is
 * really trained.
 *
 * <p>Start reading at {@link io.tinker4j.testkit.EmbeddedTinkerServer}. A request comes from {@code
 * HttpListener} or {@code LocalListener} and passes through {@code HttpFront} (limits, credentials,
 * errors), {@code Router}, one of the {@code …Endpoints}, the {@code TrainedModel} it concerns and
 * that model's {@code OperationLane}; its result waits in {@code FutureStore} until it is
 * retrieved. What must survive the server goes through {@code Chronicle} into its {@code Journal},
 * from which {@code Recovery} makes the next one; what servers of the protocol do differently is a
 * {@code Behaviour}. Meant for tests; depends on the transport module, on Jetty and on the model
 * engine below it.
 */
@NullMarked
package io.tinker4j.testkit;

import org.jspecify.annotations.NullMarked;
