package io.tinker4j.cli.output;

import io.tinker4j.training.DeadlineExceededException;
import io.tinker4j.training.ProgressTimeoutException;
import io.tinker4j.training.RequestFailedException;
import io.tinker4j.transport.ApiStatusException;
import io.tinker4j.transport.CallTimeoutException;
import io.tinker4j.transport.ConnectionException;
import io.tinker4j.transport.DecodeException;
import io.tinker4j.transport.TinkerException;
import io.tinker4j.transport.operation.JsonCodec;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What a failure is called, and what is said about it: a headline, a hint for some, what came back,
 * and what was asked.
 */
final class FailureText {
  private static final int SHOWN = 500;

  private FailureText() {}

  /** Returns the lines of a failure, the headline first. */
  static List<String> of(Throwable failure) {
    return switch (failure) {
      case CommandException ours -> ours(ours);
      case ApiStatusException refused -> refused(refused);
      case CallTimeoutException late -> List.of("Request timeout", details(late));
      case ConnectionException lost ->
          List.of(
              "Connection failed",
              "Please check the address, the network and the proxy (--base-url, TINKER_PROXY).",
              details(lost));
      case DeadlineExceededException late -> List.of("Request timeout", details(late));
      case ProgressTimeoutException late -> List.of("Request timeout", details(late));
      case RequestFailedException failed -> List.of("API error occurred", details(failed));
      case DecodeException unreadable -> List.of("API error occurred", details(unreadable));
      case TinkerException other -> List.of(oneLine(String.valueOf(other.getMessage())));
      default ->
          List.of(
              "Unexpected error occurred: "
                  + oneLine(String.valueOf(unexpected(failure)))
                  + "; --verbose shows where");
    };
  }

  private static List<String> ours(CommandException failure) {
    List<String> lines = new ArrayList<>();
    lines.add(oneLine(String.valueOf(failure.getMessage())));
    lines.addAll(failure.details());
    return lines;
  }

  private static Object unexpected(Throwable failure) {
    return failure.getMessage() == null ? failure.getClass().getSimpleName() : failure;
  }

  private static List<String> refused(ApiStatusException refused) {
    List<String> lines = new ArrayList<>();
    int status = refused.status();
    lines.add(headline(status));
    if (status == 401) {
      lines.add("Please check your API key or authentication credentials.");
    } else if (status == 403) {
      lines.add("You don't have permission to access this resource.");
    }
    lines.add("Details: Error code: %d - %s".formatted(status, body(refused.body())));
    lines.add("Request: " + oneLine(String.valueOf(refused.getMessage())));
    refused.requestId().ifPresent(id -> lines.add("Request id: " + VisibleText.of(id)));
    return lines;
  }

  private static String headline(int status) {
    return switch (status) {
      case 400 -> "Invalid request";
      case 401 -> "Authentication failed";
      case 403 -> "Permission denied";
      case 404 -> "Resource not found";
      case 422 -> "Invalid data provided";
      case 429 -> "Rate limit exceeded";
      default ->
          status >= 500 ? "Internal server error" : "API error (status %d)".formatted(status);
    };
  }

  private static String body(String body) {
    String shown = JsonCodec.tryReadMap(body).map(PythonText::of).orElseGet(() -> oneLine(body));
    return shown.length() <= SHOWN ? shown : shown.substring(0, SHOWN) + "…";
  }

  private static String details(TinkerException failure) {
    return "Details: " + oneLine(String.valueOf(failure.getMessage()));
  }

  /** Joins the lines of a text. */
  static String oneLine(String text) {
    return text.lines()
        .map(String::strip)
        .filter(line -> !line.isEmpty())
        .collect(Collectors.joining(" "));
  }
}
