package io.tinker4j.testkit;

import io.tinker4j.testkit.journal.DurableFiles;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * A certificate for {@code localhost} and the loopback addresses that nobody has signed, for
 * servers of tests that speak TLS. Made by the JDK's {@code keytool}; its key is in memory only.
 */
public final class SelfSignedCertificate {
  private static final String ALIAS = "tinker";

  private final KeyStore keys;
  private final char[] password;
  private final Certificate certificate;

  private SelfSignedCertificate(KeyStore keys, char[] password) throws GeneralSecurityException {
    this.keys = keys;
    this.password = password;
    certificate = keys.getCertificate(ALIAS);
  }

  /**
   * Makes a new one, good for a year. Blocks for about a second.
   *
   * @throws IOException when the running JDK has no keytool or it fails
   */
  public static SelfSignedCertificate generate() throws IOException, InterruptedException {
    Path directory = Files.createTempDirectory("tinker-certificate-");
    Path file = directory.resolve("keys.p12");
    String password = UUID.randomUUID().toString();
    try {
      runKeytool(file, password);
      KeyStore keys = KeyStore.getInstance("PKCS12");
      try (InputStream in = Files.newInputStream(file)) {
        keys.load(in, password.toCharArray());
      }
      return new SelfSignedCertificate(keys, password.toCharArray());
    } catch (GeneralSecurityException e) {
      throw new IOException("the generated certificate cannot be read: " + e.getMessage(), e);
    } finally {
      DurableFiles.delete(directory);
    }
  }

  private static void runKeytool(Path file, String password)
      throws IOException, InterruptedException {
    Path keytool = Path.of(System.getProperty("java.home"), "bin", "keytool");
    ProcessBuilder builder =
        new ProcessBuilder(
            List.of(
                keytool.toString(),
                "-genkeypair",
                "-alias",
                ALIAS,
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-dname",
                "CN=localhost",
                "-ext",
                "san=dns:localhost,ip:127.0.0.1,ip:::1",
                "-validity",
                "365",
                "-storetype",
                "PKCS12",
                "-keystore",
                file.toString(),
                "-storepass:env",
                "TINKER_STORE_PASSWORD"));
    // In the environment, where other users cannot read it, unlike the command line.
    builder.environment().put("TINKER_STORE_PASSWORD", password);
    Process process = builder.redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException(keytool + " failed: " + output.strip());
    }
  }

  /** Returns the context of the server. */
  public SSLContext serverContext() {
    try {
      KeyManagerFactory managers =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      managers.init(keys, password);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(managers.getKeyManagers(), null, null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the JDK cannot use its own certificate", e);
    }
  }

  /** Returns the context of clients that trust this certificate and no other. */
  public SSLContext clientContext() {
    try {
      KeyStore trusted = KeyStore.getInstance("PKCS12");
      trusted.load(null, null);
      trusted.setCertificateEntry(ALIAS, certificate);
      TrustManagerFactory managers =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      managers.init(trusted);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, managers.getTrustManagers(), null);
      return context;
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException("the JDK cannot use its own certificate", e);
    }
  }

  /** Returns the certificate in PEM form, for clients in other processes. */
  public String pem() {
    try {
      return "-----BEGIN CERTIFICATE-----\n"
          + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(certificate.getEncoded())
          + "\n-----END CERTIFICATE-----\n";
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the JDK cannot use its own certificate", e);
    }
  }
}
