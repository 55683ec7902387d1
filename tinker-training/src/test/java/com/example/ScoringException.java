package com.example;

import io.tinker4j.transport.TinkerException;

/** A failure that a user's program made of the SDK's. */
public final class ScoringException extends TinkerException {
  private static final long serialVersionUID = 1;

  public ScoringException(String message) {
    super(message);
  }
}
