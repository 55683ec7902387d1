package io.tinker4j.cli.output;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Why a file cannot be used, for people: the JDK's messages are often its name alone. */
public final class FileProblem {
  private FileProblem() {}

  /** Returns the file and the reason. */
  public static String of(Path file, IOException failure) {
    String message = String.valueOf(failure.getMessage());
    return switch (failure) {
      case NoSuchFileException missing -> missing.getFile() + " does not exist";
      case FileAlreadyExistsException other -> other.getFile() + " is not a directory";
      case AccessDeniedException denied -> denied.getFile() + ": permission denied";
      case CharacterCodingException malformed -> file + " is not UTF-8";
      default -> message.startsWith(file.toString()) ? message : file + ": " + message;
    };
  }
}
