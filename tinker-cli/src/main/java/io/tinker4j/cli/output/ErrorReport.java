package io.tinker4j.cli.output;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The one mapping of what went wrong to lines on stderr and an exit code. Failures begin with
 * {@code Error:} and a headline; wrong usage with how it should be.
 */
public final class ErrorReport implements IExecutionExceptionHandler, IParameterExceptionHandler {
  private static final String VERBOSE = "--verbose";

  @Override
  public int handleExecutionException(
      Exception failure, CommandLine command, @Nullable ParseResult parsed) {
    PrintWriter err = command.getErr();
    List<String> lines = FailureText.of(unwrap(failure));
    err.println("Error: " + lines.getFirst());
    lines.stream().skip(1).forEach(err::println);
    if (command.getParseResult() != null && command.getParseResult().hasMatchedOption(VERBOSE)) {
      failure.printStackTrace(err);
    }
    err.flush();
    return CommandLine.ExitCode.SOFTWARE;
  }

  @Override
  public int handleParseException(ParameterException failure, String[] args) {
    CommandLine command = failure.getCommandLine();
    PrintWriter err = command.getErr();
    String name = command.getCommandSpec().qualifiedName();
    err.println("Usage: " + name + " [OPTIONS]" + arguments(command));
    err.println("Try '" + name + " --help' for help.");
    err.println();
    err.println("Error: " + message(failure));
    UnmatchedArgumentException.printSuggestions(failure, err);
    err.flush();
    return CommandLine.ExitCode.USAGE;
  }

  private static String arguments(CommandLine command) {
    if (!command.getSubcommands().isEmpty()) {
      return " COMMAND [ARGS]...";
    }
    return command.getCommandSpec().positionalParameters().stream()
        .map(each -> " " + shown(each))
        .collect(Collectors.joining());
  }

  private static String shown(PositionalParamSpec parameter) {
    String label = parameter.paramLabel();
    String many = parameter.arity().max() > 1 ? label + "..." : label;
    return parameter.arity().min() == 0 ? "[" + many + "]" : many;
  }

  private static String message(ParameterException failure) {
    if (failure instanceof MissingParameterException missing && !missing.getMissing().isEmpty()) {
      ArgSpec first = missing.getMissing().getFirst();
      if (!(first instanceof OptionSpec option)) {
        return "Missing argument '%s'.".formatted(first.paramLabel());
      }
      boolean isGiven = String.valueOf(failure.getMessage()).contains("for option");
      return (isGiven ? "Option '%s' requires an argument." : "Missing option '%s'.")
          .formatted(option.longestName());
    }
    if (failure instanceof UnmatchedArgumentException unmatched) {
      String argument = unmatched.getUnmatched().getFirst();
      if (argument.startsWith("-")) {
        return "No such option: " + VisibleText.of(argument);
      }
      return failure.getCommandLine().getSubcommands().isEmpty()
          ? "Got unexpected extra argument (%s)".formatted(VisibleText.of(argument))
          : "No such command '%s'.".formatted(VisibleText.of(argument));
    }
    return choices(failure)
        .orElseGet(() -> FailureText.oneLine(String.valueOf(failure.getMessage())));
  }

  /** What may be typed in place of a word that is none of an enum, in the form it is typed in. */
  private static Optional<String> choices(ParameterException failure) {
    ArgSpec argument = failure.getArgSpec();
    String value = failure.getValue();
    if (argument == null
        || value == null
        || !argument.typeInfo().isEnum()
        || argument.typeInfo().getEnumConstantNames().stream().anyMatch(value::equalsIgnoreCase)) {
      return Optional.empty();
    }
    List<String> words = new ArrayList<>();
    argument.completionCandidates().forEach(each -> words.add(each.toLowerCase(Locale.ROOT)));
    String name = argument instanceof OptionSpec option ? option.longestName() : "the argument";
    return Optional.of(
        "%s is '%s'; it must be one of %s"
            .formatted(name, VisibleText.of(value), String.join(", ", words)));
  }

  private static Throwable unwrap(Throwable failure) {
    Throwable cause = failure.getCause();
    boolean isWrapper =
        failure instanceof CompletionException || failure instanceof ExecutionException;
    return isWrapper && cause != null ? unwrap(cause) : failure;
  }
}
