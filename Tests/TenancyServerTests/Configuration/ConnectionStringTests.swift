internal import Testing

@testable internal import TenancyServer

@Suite("A connection string that everybody may read")
struct ConnectionStringTests {
    @Test(
        "is refused with a password in it, however that is written",
        arguments: [
            "postgresql://tenancy_app:secret@localhost/tenancy",
            "postgres://tenancy_app:secret@localhost/tenancy",
            "postgresql://a:@localhost", "postgresql://a:secret@h1:1,h2:2/tenancy",
            "postgresql://a?b:secret@localhost/tenancy",
            "postgresql://a@h/d?sslmode=require&password=secret",
            "postgresql://a@h/d?sslpassword=secret", "postgresql:///d?pass%77ord=secret",
            "postgresql:///d?%70assword=secret", "postgresql:///d?sslmode=require&%73sl=1",
            "password=secret", "host=a password = 'secret'", "host=a\tsslpassword=secret",
            "host=a password=secret options='-c x=a://b'",
            "application_name='a://b@c' password=secret", "x://h/d password=secret",
            " postgresql://h/d password=secret",
        ])
    func refused(_ text: String) {
        #expect(ConnectionString.holdsPassword(text))
    }

    @Test(
        "is taken without one",
        arguments: [
            "", "postgresql:///tenancy", "postgresql://tenancy_app@/tenancy?host=%2Frun%2Fpg",
            "postgres://tenancy_app@db:5432/tenancy?sslmode=verify-full&passfile=/run/pass",
            "postgresql://db:5432/tenancy", "postgresql://h1:1,h2:2/tenancy",
            "postgresql://a@h/d?options=-c%20role%3Dtenancy_app",
            "host=/run/postgresql user=tenancy_app dbname=tenancy",
            "host=h options='-c search_path=a://b:c@d'",
        ])
    func taken(_ text: String) {
        #expect(!ConnectionString.holdsPassword(text))
    }
}
