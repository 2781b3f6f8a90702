// Messages of every kind and a service with every kind of call, for the tests of the runtime. The
// module has nothing but what Protos/generate.sh makes of Protos/ttrpc/testing.
