package io.tinker4j.transport;

/** The credential is missing, wrong (401), or not allowed to do this (403). */
public final class AuthenticationException extends ApiStatusException {
  private static final long serialVersionUID = 1;

  AuthenticationException(String message, ErrorAnswer answer) {
    super(message, answer);
  }
}
