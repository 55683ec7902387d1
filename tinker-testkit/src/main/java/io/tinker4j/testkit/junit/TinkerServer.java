package io.tinker4j.testkit.junit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Marks a parameter of a test, of its constructor or of a set-up method that an {@link
 * io.tinker4j.testkit.EmbeddedTinkerServer} is passed for. Each test has a server of its own, on a
 * free port, closed after the test; parameters of one test share it. For a constructor JUnit has to
 * be 5.12 or newer.
 *
 * {@snippet :
 * @Test
 * void training_survivesALostAnswer(
 *     @TinkerServer(faults = """
 *         {"faults": [{"on": {"operation": "optim_step"}, "nth": 3, "do": "execute_then_drop_answer"}]}
 *         """)
 *     EmbeddedTinkerServer server) {
 *   // ...
 *   assertThatLedger(server.ledger(modelId)).hasEachStepOnce();
 * }
 * }
 *
 * <p>With {@link #virtualTime}, another parameter of type {@link
 * io.tinker4j.testkit.time.ManualTime} gets the server's clock, which turns itself; build the
 * client with it.
 */
@Documented
@Target(ElementType.PARAMETER)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(TinkerServerExtension.class)
public @interface TinkerServer {
  /** What goes wrong, as {@code FaultScript.fromJson} reads it. Default: nothing. */
  String faults() default "{}";

  /** Whether server and client live in virtual time. Default: false. */
  boolean virtualTime() default false;
}
