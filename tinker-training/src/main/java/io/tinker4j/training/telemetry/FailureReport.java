package io.tinker4j.training.telemetry;

import io.tinker4j.transport.CredentialSource;
import io.tinker4j.transport.Redaction;
import io.tinker4j.transport.TinkerException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the service may be told of a failure. A text is the SDK's or the server's only if the SDK
 * made the exception and everything that caused it; any other may quote the user's data, so that of
 * such a failure only the types go out. Of a stack trace only the SDK's own frames do.
 *
 * @param failure what has gone wrong
 */
public record FailureReport(Throwable failure) {
  private static final String OURS = "io.tinker4j.";

  public static FailureReport of(Throwable failure) {
    return new FailureReport(failure);
  }

  /** The simple name of the exception's class. */
  public String type() {
    return simpleName(failure);
  }

  /** Its text, redacted and cut to 500 characters; empty when somebody else wrote it. */
  public String message() {
    return Redaction.report(text(failure));
  }

  /**
   * The types of the failure and of its causes, with the frames of the SDK, cut to 4,000
   * characters. Made when it is asked for: most reports have none.
   */
  public String trace() {
    return Redaction.reportTrace(trace(failure));
  }

  private static String simpleName(Throwable failure) {
    String name = Redaction.typeName(failure);
    return name.substring(Math.max(name.lastIndexOf('.'), name.lastIndexOf('$')) + 1);
  }

  private static String text(Throwable failure) {
    String message = failure.getMessage();
    return message == null || !isOurs(failure) ? "" : message;
  }

  /** A credential source says what its author wants, by an exception of the SDK. */
  private static boolean isOurs(Throwable failure) {
    for (Throwable each : chain(failure)) {
      boolean isOurs =
          each instanceof TinkerException
              && each.getClass().getName().startsWith(OURS)
              && !(each instanceof CredentialSource.UnavailableException);
      if (!isOurs) {
        return false;
      }
    }
    return true;
  }

  /** A failure and its causes, as far as they do not repeat. */
  private static List<Throwable> chain(Throwable failure) {
    List<Throwable> chain = new ArrayList<>();
    Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    @Nullable Throwable each = failure;
    while (each != null && seen.add(each)) {
      chain.add(each);
      each = each.getCause();
    }
    return chain;
  }

  private static String trace(Throwable failure) {
    StringBuilder trace = new StringBuilder();
    for (Throwable each : chain(failure)) {
      trace.append(trace.isEmpty() ? "" : "Caused by: ").append(Redaction.typeName(each));
      String text = text(each);
      trace.append(text.isEmpty() ? "" : ": ").append(text).append('\n');
      frames(each, trace);
    }
    return trace.toString();
  }

  private static void frames(Throwable failure, StringBuilder trace) {
    int left = 0;
    for (StackTraceElement frame : failure.getStackTrace()) {
      if (frame.getClassName().startsWith(OURS)) {
        trace.append("\tat ").append(frame).append('\n');
      } else {
        left++;
      }
    }
    if (left > 0) {
      trace.append("\t… ").append(left).append(" other frames\n");
    }
  }
}
