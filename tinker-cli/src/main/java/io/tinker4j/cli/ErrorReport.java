package io.tinker4j.cli;

import io.tinker4j.transport.TinkerException;
import java.io.PrintWriter;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** The one mapping of what went wrong to a line on stderr and an exit code. */
final class ErrorReport implements IExecutionExceptionHandler, IParameterExceptionHandler {
  @Override
  public int handleExecutionException(
      Exception failure, CommandLine command, @Nullable ParseResult parsed) {
    PrintWriter err = command.getErr();
    Throwable cause = unwrap(failure);
    err.println("Error: " + message(cause));
    if (command.getParseResult() != null
        && command.getParseResult().hasMatchedOption(ClientOptions.VERBOSE)) {
      failure.printStackTrace(err);
    }
    err.flush();
    return CommandLine.ExitCode.SOFTWARE;
  }

  @Override
  public int handleParseException(ParameterException failure, String[] args) {
    CommandLine command = failure.getCommandLine();
    PrintWriter err = command.getErr();
    err.println("Error: " + oneLine(String.valueOf(failure.getMessage())));
    UnmatchedArgumentException.printSuggestions(failure, err);
    err.println("Try '" + command.getCommandSpec().qualifiedName() + " --help'.");
    err.flush();
    return CommandLine.ExitCode.USAGE;
  }

  private static Throwable unwrap(Throwable failure) {
    Throwable cause = failure.getCause();
    boolean isWrapper =
        failure instanceof CompletionException || failure instanceof ExecutionException;
    return isWrapper && cause != null ? unwrap(cause) : failure;
  }

  private static String message(Throwable failure) {
    String text = failure.getMessage();
    if (text != null
        && (failure instanceof CommandException || failure instanceof TinkerException)) {
      return oneLine(text);
    }
    return oneLine(
        "Unexpected error occurred: %s; --verbose shows where"
            .formatted(text == null ? failure.getClass().getSimpleName() : failure));
  }

  private static String oneLine(String text) {
    return text.lines()
        .map(String::strip)
        .filter(line -> !line.isEmpty())
        .collect(Collectors.joining(" "));
  }
}
