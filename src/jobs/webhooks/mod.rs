//! Web-hooks: [`Teller`] notes what is news to organisations with endpoints, [`Courier`] carries it to them. Every replica
//! has both; what one does, none of the others does again.

mod courier;
mod teller;

pub use courier::Courier;
pub use teller::Teller;
