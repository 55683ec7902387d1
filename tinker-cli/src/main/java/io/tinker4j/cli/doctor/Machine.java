package io.tinker4j.cli.doctor;

import io.tinker4j.transport.Time;
import io.tinker4j.transport.internal.Environment;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * What the doctor takes from the machine, beside what is set on it.
 *
 * @param variables the names of the environment variables
 * @param time the clock that is held against the server's
 * @param tls null for the JDK's
 */
record Machine(
    Set<String> variables, Time time, @Nullable SSLContext tls, Lookup lookup, Space space) {
  Machine {
    variables = Set.copyOf(variables);
  }

  /** Finds the addresses of a host. */
  interface Lookup {
    List<InetAddress> addresses(String host) throws UnknownHostException;
  }

  /** Tells how many bytes can be written below a directory. */
  interface Space {
    long usable(Path directory) throws IOException;
  }

  /** This one, at the time of that clock. */
  static Machine of(Time time) {
    return new Machine(
        Environment.variables().keySet(),
        time,
        null,
        host -> List.of(InetAddress.getAllByName(host)),
        directory -> Files.getFileStore(directory).getUsableSpace());
  }
}
