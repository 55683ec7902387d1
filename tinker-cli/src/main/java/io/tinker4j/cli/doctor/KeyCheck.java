package io.tinker4j.cli.doctor;

import io.tinker4j.transport.CredentialSource;
import java.util.Optional;

/** Whether there is an API key that looks like one; the server's word on it comes later. */
final class KeyCheck implements Check {
  @Override
  public Subject subject() {
    return Subject.KEY;
  }

  @Override
  public Finding look(Patient patient) {
    Optional<String> key = patient.key();
    if (key.isEmpty()) {
      return patient.environment().credentialCommand().isPresent()
          ? Finding.ok("none; TINKER_CREDENTIAL_CMD prints one when it is wanted")
          : Finding.failed(
              "there is no API key", "set TINKER_API_KEY to the key from the service's console");
    }
    try {
      CredentialSource.ApiKey unused = CredentialSource.ApiKey.of("the key", key.get());
    } catch (IllegalArgumentException e) {
      return Finding.failed(
          "%s (from %s)".formatted(e.getMessage(), patient.keyOrigin()),
          "copy the key again, whole and alone");
    }
    return Finding.ok(
        "%s of %d characters (from %s)"
            .formatted(
                CredentialSource.ApiKey.isJwt(key.get()) ? "a JWT" : "tml-***",
                key.get().length(),
                patient.keyOrigin()));
  }
}
