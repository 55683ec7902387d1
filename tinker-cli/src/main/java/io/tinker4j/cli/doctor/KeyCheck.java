package io.tinker4j.cli.doctor;

import io.tinker4j.cli.access.Credential;
import io.tinker4j.cli.output.CommandException;
import io.tinker4j.transport.CredentialSource;
import io.tinker4j.transport.CredentialSource.ApiKey;
import java.util.Optional;
import java.util.Set;

/** Whether there is an API key that looks like one; the server's word on it comes later. */
final class KeyCheck implements Check {
  @Override
  public Subject subject() {
    return Subject.KEY;
  }

  @Override
  public Set<Subject> needs() {
    return Set.of(Subject.CONFIG);
  }

  @Override
  public Finding look(Patient patient) throws InterruptedException {
    Optional<Credential> credential;
    try {
      credential = patient.credential();
    } catch (CommandException e) {
      return Finding.failed(
          e,
          e.getCause() instanceof IllegalArgumentException
              ? "copy the key again, whole and alone"
              : "make the file one that you can read, or set TINKER_API_KEY");
    }
    return credential.isEmpty()
        ? Finding.failed(
            "there is no API key",
            "log in with `tinker auth login`, or set TINKER_API_KEY to the key from the service's"
                + " console")
        : asked(credential.get());
  }

  private static Finding asked(Credential credential) throws InterruptedException {
    String key;
    try {
      key = credential.source().credential();
    } catch (CredentialSource.UnavailableException e) {
      return Finding.failed(
          "%s (from %s)".formatted(e.getMessage(), credential.origin()),
          "run the command in a shell: it must print the credential alone");
    }
    if (!ApiKey.isSendable(key)) {
      return Finding.failed(
          "what %s prints has a character that no header can carry".formatted(credential.origin()),
          "run the command in a shell: it must print the credential alone");
    }
    return Finding.ok(
        "%s of %d characters (from %s)".formatted(kind(key), key.length(), credential.origin()));
  }

  /** A command may print what is neither. */
  private static String kind(String key) {
    return ApiKey.isJwt(key) ? "a JWT" : key.startsWith("tml-") ? "tml-***" : "a credential";
  }
}
