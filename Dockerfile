# The embedded Tinker server in a container. Build it from a checkout in which `mvn package` or
# `./tinker version` has been run:
#
#   docker build -t tinker-server .
#   docker run --rm -p 8080:8080 -e TINKER_SERVER_API_KEY=tml-… -v tinker-data:/data tinker-server
#
# The entry point is the tinker command: `docker run tinker-server conformance --base-url …` works too.
FROM eclipse-temurin:21-jre

RUN useradd --system --uid 10001 tinker && mkdir /data && chown tinker /data
COPY tinker-cli/target/lib /opt/tinker/lib
COPY tinker-cli/target/tinker-cli-*.jar /opt/tinker/tinker.jar

USER tinker
VOLUME /data
EXPOSE 8080
ENTRYPOINT ["java", "-XX:+UseSerialGC", "-Xmx256m", "-jar", "/opt/tinker/tinker.jar"]
CMD ["server", "--host", "0.0.0.0", "--port", "8080", "--data-dir", "/data", "--request-log"]
